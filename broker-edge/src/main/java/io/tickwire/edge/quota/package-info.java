/** Client quotas: what clients may use of bandwidth, request time and the controller, and how long they wait beyond it. */
package io.tickwire.edge.quota;
