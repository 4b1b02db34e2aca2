/** The suite once more, in a process of its own, against other ways to run Tickwire. */
package io.tickwire.compat.subjects;
