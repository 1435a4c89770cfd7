/** What a contestant across a socket is asked for, and how it is asked. */
@NullMarked
package dev.guard.bench.load;

import org.jspecify.annotations.NullMarked;
