/** The rules of guard as pure functions over values, and the ports behind which state lives. */
@NullMarked
package dev.guard.domain;

import org.jspecify.annotations.NullMarked;
