/** The Redis backend through Lettuce: one connection to a server, many commands under way on it. */
@NullMarked
package dev.guard.redis.lettuce;

import org.jspecify.annotations.NullMarked;
