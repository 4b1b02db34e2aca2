/** One final class per API key, the table that lists them, and what a handler sees of its request. */
package io.tickwire.edge.handler;
