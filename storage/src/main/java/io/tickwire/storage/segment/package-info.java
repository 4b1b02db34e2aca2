/** Segments of a partition's log: one journal file each with its sparse index, pinned by readers, listed in a manifest. */
package io.tickwire.storage.segment;
