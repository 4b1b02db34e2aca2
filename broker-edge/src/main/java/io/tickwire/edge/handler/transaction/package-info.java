/** Requests of producers that are idempotent or transactional. */
package io.tickwire.edge.handler.transaction;
