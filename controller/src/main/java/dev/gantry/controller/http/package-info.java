/**
 * The edge: Vert.x, routes, TLS, limits, and the hand-over of each request to a virtual thread of
 * its own.
 */
@NullMarked
package dev.gantry.controller.http;

import org.jspecify.annotations.NullMarked;
