/** The two agents, shard and conductor, and the contracts between them. */
package io.tickwire.edge.agent;
