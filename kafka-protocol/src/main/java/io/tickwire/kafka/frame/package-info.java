/** Length-prefixed frames, request headers and response headers. */
package io.tickwire.kafka.frame;
