/** Fetch: sessions, long polls and responses that gather journal memory. */
package io.tickwire.edge.handler.fetch;
