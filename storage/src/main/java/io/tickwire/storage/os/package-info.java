/** The few Linux file and memory calls that the JDK does not offer: open-ended mappings, space reservation, page population. */
package io.tickwire.storage.os;
