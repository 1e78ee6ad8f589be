/**
 * Objects of the Kubernetes API as they are stored: their names, their JSON, labels and owners. Pure; leaves requests,
 * schemas and behaviour to others.
 */
@NullMarked
package dev.gantry.controller.kube.document;

import org.jspecify.annotations.NullMarked;
