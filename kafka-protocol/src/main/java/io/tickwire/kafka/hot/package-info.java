/** Produce and Fetch on flyweights: requests decoded where they lie, responses written around journal slices, nothing allocated. */
package io.tickwire.kafka.hot;
