/** Backends under load in several processes, while one thing after another goes wrong. */
@NullMarked
package dev.guard.tck.soak;

import org.jspecify.annotations.NullMarked;
