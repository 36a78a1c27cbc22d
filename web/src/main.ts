import './style.css';
import './view/demo';
