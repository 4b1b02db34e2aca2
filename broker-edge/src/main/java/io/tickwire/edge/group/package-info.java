/** Consumer, share and streams groups: Kafka's group coordinator over journalled offsets. */
package io.tickwire.edge.group;
