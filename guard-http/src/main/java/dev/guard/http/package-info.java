/** Verdicts over HTTP, without a web framework. */
@NullMarked
package dev.guard.http;

import org.jspecify.annotations.NullMarked;
