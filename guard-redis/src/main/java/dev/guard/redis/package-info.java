/** Counters in Redis: scripts, key layout, replies and errors, for any client that can send a command. */
@NullMarked
package dev.guard.redis;

import org.jspecify.annotations.NullMarked;
