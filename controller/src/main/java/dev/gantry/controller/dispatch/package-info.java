/**
 * The controller's side of the agent link: joins nodes, sends each its whole desired set, commits
 * its reports. The only package here that knows gRPC.
 */
@NullMarked
package dev.gantry.controller.dispatch;

import org.jspecify.annotations.NullMarked;
