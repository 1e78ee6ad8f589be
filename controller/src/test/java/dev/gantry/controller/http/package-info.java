/** Tests of the edge. */
@NullMarked
package dev.gantry.controller.http;

import org.jspecify.annotations.NullMarked;
