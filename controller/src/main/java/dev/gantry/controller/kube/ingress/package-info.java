/**
 * Tells nodes what ingresses ask of them, and clients which nodes serve them. What a request is for, the agents decide; which ingresses are served
 * here says {@code kube.ingressclass}.
 */
@NullMarked
package dev.gantry.controller.kube.ingress;

import org.jspecify.annotations.NullMarked;
