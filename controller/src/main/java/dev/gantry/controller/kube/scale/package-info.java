/** How many replicas something has and shall have, whatever its kind. Pure; decides nothing of how many there should be. */
@NullMarked
package dev.gantry.controller.kube.scale;

import org.jspecify.annotations.NullMarked;
