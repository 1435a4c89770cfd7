/** What an application calls. */
@NullMarked
package dev.guard.api;

import org.jspecify.annotations.NullMarked;
