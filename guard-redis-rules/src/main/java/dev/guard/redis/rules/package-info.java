/**
 * What holds for Redis through every client: tests as interfaces, which a client's module implements with the name of its backend.
 */
@NullMarked
package dev.guard.redis.rules;

import org.jspecify.annotations.NullMarked;
