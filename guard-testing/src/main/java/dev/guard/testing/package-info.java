/** What the tests of all modules share. */
@NullMarked
package dev.guard.testing;

import org.jspecify.annotations.NullMarked;
