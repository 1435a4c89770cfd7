/** Whether what several threads saw of an object could have happened one call at a time. Knows nothing of guard. */
@NullMarked
package dev.guard.tck.linearizability;

import org.jspecify.annotations.NullMarked;
