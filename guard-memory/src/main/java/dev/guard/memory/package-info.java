/** The embedded backend: all state in this JVM. */
@NullMarked
package dev.guard.memory;

import org.jspecify.annotations.NullMarked;
