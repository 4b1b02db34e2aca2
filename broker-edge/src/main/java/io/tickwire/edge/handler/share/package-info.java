/** The data side of share groups (KIP-932): sessions, fetches, acknowledgements, and the state behind them. */
package io.tickwire.edge.handler.share;
