/** What a backend is made of, and how one is found and opened. */
@NullMarked
package dev.guard.domain.backend;

import org.jspecify.annotations.NullMarked;
