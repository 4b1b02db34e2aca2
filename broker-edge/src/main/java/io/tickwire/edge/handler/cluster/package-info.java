/** Requests about the cluster itself: topics, configuration, features, quotas. */
package io.tickwire.edge.handler.cluster;
