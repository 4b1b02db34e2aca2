/** The whole host over one device queue: {@link io.tickwire.net.stack.NetStack#poll} is one bounded duty cycle. */
package io.tickwire.net.stack;
