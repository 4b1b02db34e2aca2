/** The seam between a network stack and what carries its frames: bursts of frames in, bursts out, no copy. */
package io.tickwire.net.device;
