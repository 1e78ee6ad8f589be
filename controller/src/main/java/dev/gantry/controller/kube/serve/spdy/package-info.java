/** SPDY/3.1 as clients of the Kubernetes API speak it: many streams in one connection. What flows in the streams it does not know. */
@NullMarked
package dev.gantry.controller.kube.serve.spdy;

import org.jspecify.annotations.NullMarked;
