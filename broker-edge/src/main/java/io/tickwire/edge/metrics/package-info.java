/** What the broker measures of itself all the time: latency histograms in a shared file, cheap to write, read by anybody. */
package io.tickwire.edge.metrics;
