/** Talks to a Gantry or to AWS itself: where it is, who asks, signed calls, errors. Knows no command and prints nothing. */
@NullMarked
package dev.gantry.cli.client;

import org.jspecify.annotations.NullMarked;
