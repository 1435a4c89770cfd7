/** The work inside one process: a hot key (P1), many keys (P2), the heap a key takes and the stall of eviction (P3). */
@NullMarked
package dev.guard.bench.memory;

import org.jspecify.annotations.NullMarked;
