/** Chronicle Queue files as append-only journals of entries; the only package that imports Chronicle. */
package io.tickwire.storage.journal;
