/** Producer ids and transactions. */
package io.tickwire.edge.transaction;
