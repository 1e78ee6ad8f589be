/**
 * Requests of the Kubernetes API that are refused, in the words that its clients expect. Leaves it to others to find out
 * what is wrong, and to send the answer.
 */
@NullMarked
package dev.gantry.controller.kube.refusal;

import org.jspecify.annotations.NullMarked;
