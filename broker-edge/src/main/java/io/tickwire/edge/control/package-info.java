/** Wiring of the control plane: metadata, coordinators and their handlers, behind the contract that the broker starts. */
package io.tickwire.edge.control;
