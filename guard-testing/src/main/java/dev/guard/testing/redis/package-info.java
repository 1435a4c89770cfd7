/** Real Redis servers for tests, and the few bytes of RESP that they are asked with. */
@NullMarked
package dev.guard.testing.redis;

import org.jspecify.annotations.NullMarked;
