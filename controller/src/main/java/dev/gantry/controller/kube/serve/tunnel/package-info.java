/** Connections to ports of pods, many in one WebSocket: kubectl carries streams of SPDY in it, others numbered channels. */
@NullMarked
package dev.gantry.controller.kube.serve.tunnel;

import org.jspecify.annotations.NullMarked;
