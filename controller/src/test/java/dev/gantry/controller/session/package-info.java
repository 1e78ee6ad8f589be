/** Tests of sessions. */
@NullMarked
package dev.gantry.controller.session;

import org.jspecify.annotations.NullMarked;
