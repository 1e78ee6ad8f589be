/**
 * What the Kubernetes API says of its own kinds, and custom definitions of theirs: their fields, types, and how their lists merge. Data only;
 * reading, patching and checking documents is left to others.
 */
@NullMarked
package dev.gantry.controller.kube.schema;

import org.jspecify.annotations.NullMarked;
