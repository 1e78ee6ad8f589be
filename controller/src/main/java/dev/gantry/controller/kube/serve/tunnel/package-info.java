/** Connections to ports of pods, many in one connection of a client: kubectl opens streams of SPDY for them, others numbered channels. */
@NullMarked
package dev.gantry.controller.kube.serve.tunnel;

import org.jspecify.annotations.NullMarked;
