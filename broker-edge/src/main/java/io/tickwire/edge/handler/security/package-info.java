/** Requests about access control lists and credentials. */
package io.tickwire.edge.handler.security;
