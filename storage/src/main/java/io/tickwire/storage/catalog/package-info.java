/** The data directory: its lock, its layout, and the logs in it. */
package io.tickwire.storage.catalog;
