/** Who may do what: principals, access control lists, credentials. */
package io.tickwire.edge.security;
