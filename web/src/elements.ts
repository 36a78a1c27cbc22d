/** The elements for other sites: igb-lab and the figures that it consists of. */
import './lab/lab-view';

export { Lab } from './lab/lab';
