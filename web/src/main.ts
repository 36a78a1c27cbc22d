import './page/page.css';
import './page/page';
