/** Real Redis servers for tests, a fake one that answers what a test wants, and the few bytes of RESP that both need. */
@NullMarked
package dev.guard.testing.redis;

import org.jspecify.annotations.NullMarked;
