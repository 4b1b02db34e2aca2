/** Clients in other languages and of other ages, run against both brokers. */
package io.tickwire.compat.clients;
