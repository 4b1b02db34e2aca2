/** What the operator may set: immutable records, loaded and checked once at start. */
package io.tickwire.edge.config;
