/** Playing recorded or synthetic sessions onto multicast: sources of messages, MoldUDP64 packing, open-loop pacing. */
package io.tickwire.edge.feed.replay;
